"""The rules of a session: pure, standard library only, time is an argument."""
