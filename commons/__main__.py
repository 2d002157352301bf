"""`python -m commons` is the command `commons`."""

from commons.commands.main import main

main()
