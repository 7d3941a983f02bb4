"""What screens show: page models read from the desk, and the fragments rendered from them.

A fragment is rendered once per topic, language and set of allowed actions, for first paint and push
alike. What a viewer may not see is not read for them.
"""
