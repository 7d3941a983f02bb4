"""Sockets: who is connected, what they may hear, and what they ask for."""
