"""Where heartbeats come from: a strap, a simulated listener, a recording."""
