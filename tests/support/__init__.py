"""What the tests stand on: a fake store, a fake connector, a clock, and a shop that plays both sides."""
