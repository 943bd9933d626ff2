"""All services of one ledger, behind native gRPC and gRPC-Web."""

from __future__ import annotations

from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.rpc.execution_service import ExecutionService
from walrus_localnet.chain.rpc.forking_service import ForkingService
from walrus_localnet.chain.rpc.ledger_service import LedgerService
from walrus_localnet.chain.rpc.methods import Method, method_table
from walrus_localnet.chain.rpc.other_services import NameService, SignatureVerificationService
from walrus_localnet.chain.rpc.package_service import PackageService
from walrus_localnet.chain.rpc.state_service import StateService
from walrus_localnet.chain.rpc.subscription_service import SubscriptionService


def all_methods(ledger: Ledger, feed: CheckpointFeed) -> dict[str, Method]:
    """Every method by path."""
    return method_table(
        {
            "LedgerService": LedgerService(ledger, feed),
            "StateService": StateService(ledger),
            "MovePackageService": PackageService(ledger),
            "TransactionExecutionService": ExecutionService(ledger, feed),
            "SubscriptionService": SubscriptionService(feed),
            "NameService": NameService(),
            "SignatureVerificationService": SignatureVerificationService(),
            "ForkingService": ForkingService(ledger),
        }
    )
