"""The log of every session: store, exports."""
