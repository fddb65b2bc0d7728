"""How all tests run: no example of Hypothesis fails because the machine was busy."""

from hypothesis import HealthCheck, settings

settings.register_profile("wsdtrace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wsdtrace")
