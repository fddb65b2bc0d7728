"""How all tests run: no example of Hypothesis fails because the machine was busy."""

from hypothesis import settings

settings.register_profile("wsdtrace", deadline=None)
settings.load_profile("wsdtrace")
