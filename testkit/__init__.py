"""What tests and benches share: fakes, builders of values, drivers of an order in process and over HTTP."""
