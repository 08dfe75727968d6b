"""Running code that nobody has read: in a copy, without a network, as nobody, and for so long."""

from scaffolder_validators.sandbox.environment import Environment, EnvironmentFailedError, prepare_environment
from scaffolder_validators.sandbox.limits import (
    Limits,
    Outcome,
    ProjectError,
    Reason,
    SandboxError,
    SandboxUnavailableError,
)
from scaffolder_validators.sandbox.probe import Sandbox, sandbox
from scaffolder_validators.sandbox.run import run_in_sandbox
from scaffolder_validators.sandbox.verify import Verified, verify_project

__all__ = [
    "Environment",
    "EnvironmentFailedError",
    "Limits",
    "Outcome",
    "ProjectError",
    "Reason",
    "Sandbox",
    "SandboxError",
    "SandboxUnavailableError",
    "Verified",
    "prepare_environment",
    "run_in_sandbox",
    "sandbox",
    "verify_project",
]
