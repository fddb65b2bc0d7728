"""`python -m wsdtrace`."""

from wsdtrace.cli import main

main()
