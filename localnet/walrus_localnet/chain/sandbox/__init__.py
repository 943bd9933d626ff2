"""A chain in memory for tests of Move packages: no server, no waiting, taken back to any point at no cost.

    def test_a_toy_grows(sui_sandbox: Sandbox) -> None:
        package = sui_sandbox.publish(Path("my_package/build")).package
        program = Program()
        toy = program.call(package, "toys::make", program.pure(str, "ball"), program.pure(U64, 3))
        program.send(sui_sandbox.alice.address, toy)
        record = sui_sandbox.succeed(program)

`sui_sandbox` comes from the pytest plugin `walrus_localnet.chain.sandbox.pytest_plugin`.
"""

from walrus_localnet.chain.sandbox.account import Account
from walrus_localnet.chain.sandbox.box import Published, Sandbox, StoppedClock
from walrus_localnet.chain.sandbox.program import Program

__all__ = ["Account", "Program", "Published", "Sandbox", "StoppedClock"]
