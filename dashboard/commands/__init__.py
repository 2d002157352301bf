"""The commands that need every room: which function of which module here runs what a person types."""

COMMANDS = {
    "demo": "demo:demo",
    "serve": "serve:serve",
    "upload": "uploads:upload",
    "uploads report": "uploads:write_past_report",
}
