"""Developers' tools: environments from lock files, checks of the repository, the site, generated tables."""
