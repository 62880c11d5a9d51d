"""The conformance kit: plays the Payment Provider Protocol against a payment connector and judges its answers.

Not part of what is deployed. `make conformance URL=…` installs what it needs and runs it; docs/conformance.md
tells what each case shows.
"""
