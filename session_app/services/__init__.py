"""What a person does in the room: verbs, one transaction each."""
