"""Reports status changes to integrators: the feed and the hook."""
