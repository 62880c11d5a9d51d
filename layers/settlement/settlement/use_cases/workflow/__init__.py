"""The workflow's steps: plan an operation, execute its legs, conclude it."""
