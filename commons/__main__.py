"""`python -m commons` is the command `commons`."""

from commons.cli import main

main()
