// The official client, unmodified, as an application would use it: reads what others stored, stores, extends,
// deletes, writes attributes and a quilt, stops half-way and goes on. Prints one JSON report.
import { createHash } from 'node:crypto';
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { WalrusClient, WalrusFile } from '@mysten/walrus';

const { rpcUrl, systemObject, stakingObject, walletKey, blobId, size, ownSize, ownEpochs } = JSON.parse(process.argv[2]);
const suiClient = new SuiGrpcClient({ network: 'localnet', baseUrl: rpcUrl });
const signer = Ed25519Keypair.fromSecretKey(walletKey);
const walrus = new WalrusClient({
  suiClient,
  packageConfig: { systemObjectId: systemObject, stakingPoolId: stakingObject },
  storageNodeUrlScheme: 'http',
});
const report = { node: process.versions.node, address: signer.toSuiAddress() };
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

report.readOurs = sha256(await walrus.readBlob({ blobId }));

const data = new Uint8Array(size).map((_, i) => (i * 31 + (i >> 8)) & 0xff);
report.written = sha256(data);
const permanent = await walrus.writeBlob({ blob: data, deletable: false, epochs: 3, signer });
report.permanent = { blobId: permanent.blobId, object: permanent.blobObject };
report.readBack = sha256(await walrus.readBlob({ blobId: permanent.blobId }));

await walrus.executeExtendBlobTransaction({ blobObjectId: permanent.blobObject.id, epochs: 2, signer });

const attributes = { 'content-type': 'text/plain', note: 'from TypeScript' };
const text = new TextEncoder().encode('to be deleted');
const deletable = await walrus.writeBlob({ blob: text, deletable: true, epochs: 1, signer, attributes });
report.attributes = await walrus.readBlobAttributes({ blobObjectId: deletable.blobObject.id });
report.deletable = { blobId: deletable.blobId, id: deletable.blobObject.id };
await walrus.executeDeleteBlobTransaction({ blobObjectId: deletable.blobObject.id, signer });

const files = ['one', 'two', 'three'].map((name) =>
  WalrusFile.from({ contents: new TextEncoder().encode(`contents of ${name}`), identifier: name }),
);
const stored = await walrus.writeFiles({ files, deletable: true, epochs: 1, signer });
const [second] = await walrus.getFiles({ ids: [stored[1].id] });
report.quilt = { identifier: await second.getIdentifier(), text: await second.text(), blobId: stored[0].blobId };

// the price of what others stored, and a store that stops once it has paid and is taken up from what was saved
report.cost = await walrus.storageCost(ownSize, ownEpochs);
let saved;
report.steps = [];
const terms = { signer, epochs: 2, deletable: true };
for (const wanted of ['registered', 'certified']) {
  for await (const step of walrus.writeBlobFlow({ blob: data, resume: saved }).run(terms)) {
    report.steps.push(step.step);
    saved = JSON.parse(JSON.stringify(step));
    if (step.step === wanted) break;
  }
}
report.resumed = saved.blobObjectId;

process.stdout.write(JSON.stringify(report, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
