"""Formats of settlement reports: each is a module with a documented layout, its source and its version."""
