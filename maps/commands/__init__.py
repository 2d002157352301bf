"""The commands that draw what is released: which function of which module here runs what a person types."""

COMMANDS = {"poster": "poster:make"}
