"""The page: see a session, start it, stop it, understand it.

Rules of this package:
1. It knows values and ports, never an edge: what it shows and starts is handed in by ``cli/``.
2. Nothing a browser does can delay a tick of the session (``server.py``).
3. Nothing is loaded from anywhere but here, and nobody but this computer's user gets in (``guard.py``).
"""
