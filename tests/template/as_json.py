"""Writes each workflow's definition as JSON into the folder of its argument, for tools that read nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

from tests.template.cloudformation import WORKFLOW

if __name__ == "__main__":
    for definition in WORKFLOW.parent.glob("*.asl.yaml"):
        written = Path(sys.argv[1]) / f"{definition.name.removesuffix('.asl.yaml')}.json"
        written.write_text(json.dumps(yaml.safe_load(definition.read_text(encoding="utf-8")), indent=2))
