"""The conformance kit: plays the Payment Provider Protocol against a payment connector and judges its answers.

It is not deployed. `make conformance URL=…` installs its requirements and runs it; docs/conformance.md describes each
case.
"""
