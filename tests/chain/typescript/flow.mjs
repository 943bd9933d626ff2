// Uses a network as an application would: transactions built by the SDK, resolved and simulated by the server.
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { ParallelTransactionExecutor, Transaction } from '@mysten/sui/transactions';
import { bcs } from '@mysten/sui/bcs';

const [url, faucet, ...modules] = process.argv.slice(2);
const format = process.env.FORMAT;
const client = new SuiGrpcClient({ network: 'localnet', baseUrl: url, ...(format ? { format } : {}) });
const keypair = new Ed25519Keypair();
const me = keypair.toSuiAddress();
const bob = '0x' + 'ab'.repeat(32);
const report = { node: process.versions.node };

async function send(build) {
  const tx = new Transaction();
  build(tx);
  const result = await client.core.signAndExecuteTransaction({
    transaction: tx,
    signer: keypair,
    include: { effects: true, events: true, balanceChanges: true, objectTypes: true },
  });
  if (result.$kind !== 'Transaction') throw new Error(JSON.stringify(result.FailedTransaction.status));
  const sent = result.Transaction;
  await client.core.waitForTransaction({ digest: sent.digest });
  return sent;
}

const created = (sent, name) =>
  sent.effects.changedObjects
    .filter((c) => c.idOperation === 'Created' && (sent.objectTypes[c.objectId] ?? '').endsWith(name))
    .map((c) => c.objectId);

await requestSuiFromFaucetV2({ host: faucet, recipient: me });
report.address = me;
report.balance = (await client.core.getBalance({ owner: me })).balance.balance;
report.chain = (await client.core.getChainIdentifier()).chainIdentifier;

const paid = await send((tx) => {
  const [seven, eight] = tx.splitCoins(tx.gas, [7, 8]);
  tx.transferObjects([seven, eight], bob);
});
report.bob = (await client.core.listCoins({ owner: bob })).objects.map((c) => c.balance).sort();
report.bobChange = paid.balanceChanges.find((c) => c.address === bob).amount;

const published = await send((tx) => {
  const cap = tx.publish({ modules, dependencies: ['0x1', '0x2'] });
  tx.transferObjects([cap], me);
});
const pkg = published.effects.changedObjects.find((c) => c.outputState === 'PackageWrite').objectId;
const counter = created(published, '::toys::Counter')[0];

// everything named by id only: the server finds out what is shared, owned, mutable
const counted = await send((tx) => {
  tx.moveCall({ target: `${pkg}::toys::count`, arguments: [tx.object(counter), tx.object.clock()] });
  tx.moveCall({
    target: `${pkg}::toys::optional`,
    arguments: [tx.pure.option('u64', 41), tx.object(counter)],
  });
  const toy = tx.moveCall({ target: `${pkg}::toys::make`, arguments: [tx.pure.string('ts'), tx.pure.u64(3)] });
  tx.transferObjects([toy], me);
});
report.events = counted.events.map((e) => [e.eventType.split('::').pop(), e.json?.value]);
const toy = created(counted, '::toys::Toy')[0];

const read = await client.core.getObject({ objectId: counter, include: { content: true, json: true } });
report.counter = bcs.struct('C', { id: bcs.Address, value: bcs.u64(), seen: bcs.u64() }).parse(read.object.content).value;
report.counterJson = read.object.json?.value;
report.owner = read.object.owner.$kind;

// a shared object that is only read stays read-only; a received object is found to be one
const looked = await send((tx) => {
  tx.moveCall({ target: `${pkg}::toys::value`, arguments: [tx.object(counter)] });
});
report.readOnly = !looked.effects.changedObjects.some((c) => c.objectId === counter);
const parcel = created(
  await send((tx) => {
    const made = tx.moveCall({ target: `${pkg}::toys::make`, arguments: [tx.pure.string('p'), tx.pure.u64(1)] });
    tx.transferObjects([made], toy);
  }),
  '::toys::Toy',
)[0];
await send((tx) => {
  const got = tx.moveCall({ target: `${pkg}::toys::receive`, arguments: [tx.object(toy), tx.object(parcel)] });
  tx.moveCall({ target: `${pkg}::toys::put_field`, arguments: [tx.object(toy), tx.pure.u64(5), tx.pure.u64(6)] });
  tx.transferObjects([got], bob);
});
report.received = (await client.core.getObject({ objectId: parcel })).object.owner;

const fields = await client.core.listDynamicFields({ parentId: toy });
report.fields = fields.dynamicFields.map((f) => f.name.type);
report.owned = (await client.core.listOwnedObjects({ owner: me, type: `${pkg}::toys::Toy` })).objects.length;
const fn = await client.core.getMoveFunction({ packageId: pkg, moduleName: 'toys', name: 'receive' });
report.parameters = fn.function.parameters.map((p) => [p.reference, p.body.$kind]);

const doomed = new Transaction();
doomed.moveCall({ target: `${pkg}::toys::fail` });
try {
  await client.core.signAndExecuteTransaction({ transaction: doomed, signer: keypair });
  report.failure = 'none';
} catch (error) {
  report.failure = error.message;
}
try {
  await client.core.getObject({ objectId: '0x1234' });
} catch (error) {
  report.missing = error.reason ?? error.message;
}
const state = await client.core.getCurrentSystemState();
report.epoch = state.systemState.epoch;
const simulated = await client.core.simulateTransaction({
  transaction: (() => {
    const tx = new Transaction();
    tx.setSender(me);
    tx.moveCall({ target: `${pkg}::toys::value`, arguments: [tx.object(counter)] });
    return tx;
  })(),
  include: { commandResults: true },
});
report.viewed = bcs.u64().parse(simulated.commandResults[0].returnValues[0].bcs);
// with checks off any function may be tried, here one of the package's own
const forbidden = () => {
  const tx = new Transaction();
  tx.setSender(me);
  tx.moveCall({ target: `${pkg}::toys::not_for_you`, arguments: [tx.object(counter)] });
  tx.moveCall({ target: `${pkg}::toys::value`, arguments: [tx.object(counter)] });
  return tx;
};
const tried = await client.core.simulateTransaction({
  transaction: forbidden(),
  checksEnabled: false,
  include: { commandResults: true },
});
report.tried = bcs.u64().parse(tried.commandResults[1].returnValues[0].bcs);
const checked = await client.core.simulateTransaction({ transaction: forbidden(), include: { effects: true } }).then(
  (result) => result.$kind,
  (error) => error.message,
);
report.notWithChecks = /NonEntryFunctionInvoked|FailedTransaction/.test(checked) || checked;

// an object of a party of one: named by its id like any other
const shared = await send((tx) => {
  const toy = tx.moveCall({ target: `${pkg}::toys::make`, arguments: [tx.pure.string('party'), tx.pure.u64(4)] });
  const party = tx.moveCall({ target: '0x2::party::single_owner', arguments: [tx.pure.address(me)] });
  tx.moveCall({
    target: '0x2::transfer::public_party_transfer',
    typeArguments: [`${pkg}::toys::Toy`],
    arguments: [toy, party],
  });
});
const ours = created(shared, '::toys::Toy')[0];
await send((tx) => tx.moveCall({ target: `${pkg}::uses::twice`, arguments: [tx.object(ours)] }));
const held = await client.core.getObject({ objectId: ours, include: { json: true } });
report.party = [held.object.owner.$kind, held.object.json.size];

// coins of its own for every transaction, tried out under an expiration it chooses
const executor = new ParallelTransactionExecutor({ client, signer: keypair });
const gifts = [1, 2, 3].map((amount) => {
  const tx = new Transaction();
  tx.transferObjects([tx.splitCoins(tx.gas, [amount])], bob);
  return executor.executeTransaction(tx);
});
report.parallel = (await Promise.all(gifts)).map((result) => result.$kind);

report.sui = (await client.core.getCoinMetadata({ coinType: '0x2::sui::SUI' })).coinMetadata?.symbol;
report.gasPrice = (await client.core.getReferenceGasPrice()).referenceGasPrice;
report.balances = (await client.core.listBalances({ owner: bob })).balances.map((b) => b.balance);
report.commands = (await client.core.getProtocolConfig()).protocolConfig.attributes.max_programmable_tx_commands;
const again = await client.core.getTransaction({ digest: paid.digest, include: { effects: true } });
report.again = again.Transaction?.digest === paid.digest;
const call = client.subscriptionService.subscribeCheckpoints({ readMask: { paths: ['sequence_number'] } });
for await (const message of call.responses) {
  report.streamed = typeof message.cursor;
  break;
}
const status = (await client.forkingService.getStatus({})).response;
const later = (await client.forkingService.advanceClock({ durationMs: 3_600_000n })).response;
report.advanced = later.timestampMs >= status.timestampMs + 3_600_000n && later.txDigest.length > 40;
const step = (await client.forkingService.advanceCheckpoint({})).response;
report.stepped = step.checkpointSequenceNumber - status.checkpointSequenceNumber;
console.log(JSON.stringify(report, (_, v) => (typeof v === 'bigint' ? v.toString() : v)));
process.exit(0);
