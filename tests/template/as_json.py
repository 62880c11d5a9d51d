"""Prints a workflow's definition as JSON, for tools that read nothing else."""

from __future__ import annotations

import json
import sys

from tests.template.cloudformation import load_workflow

if __name__ == "__main__":
    json.dump(load_workflow(), sys.stdout, indent=2)
