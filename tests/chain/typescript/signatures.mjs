// Pays with every kind of account the SDK can make.
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { Ed25519Keypair } from '@mysten/sui/keypairs/ed25519';
import { Secp256k1Keypair } from '@mysten/sui/keypairs/secp256k1';
import { Secp256r1Keypair } from '@mysten/sui/keypairs/secp256r1';
import { MultiSigPublicKey } from '@mysten/sui/multisig';
import { requestSuiFromFaucetV2 } from '@mysten/sui/faucet';
import { Transaction } from '@mysten/sui/transactions';

const [url, faucet] = process.argv.slice(2);
const client = new SuiGrpcClient({ network: 'localnet', baseUrl: url });
const bob = '0x' + 'ab'.repeat(32);
const report = {};

async function pay(sender, sign) {
  await requestSuiFromFaucetV2({ host: faucet, recipient: sender });
  const tx = new Transaction();
  tx.setSender(sender);
  tx.transferObjects([tx.splitCoins(tx.gas, [1])[0]], bob);
  const bytes = await tx.build({ client });
  const signatures = await sign(bytes);
  try {
    const result = await client.core.executeTransaction({ transaction: bytes, signatures });
    return result.$kind;
  } catch (error) {
    return error.message;
  }
}

const signer = (keypair) => async (bytes) => [(await keypair.signTransaction(bytes)).signature];
const ed = new Ed25519Keypair();
const k1 = new Secp256k1Keypair();
const r1 = new Secp256r1Keypair();
report.ed25519 = await pay(ed.toSuiAddress(), signer(ed));
report.secp256k1 = await pay(k1.toSuiAddress(), signer(k1));
report.secp256r1 = await pay(r1.toSuiAddress(), signer(r1));
report.foreign = await pay(k1.toSuiAddress(), signer(r1));

const multisig = MultiSigPublicKey.fromPublicKeys({
  threshold: 3,
  publicKeys: [
    { publicKey: ed.getPublicKey(), weight: 1 },
    { publicKey: k1.getPublicKey(), weight: 2 },
    { publicKey: r1.getPublicKey(), weight: 2 },
  ],
});
const together = (...keypairs) => async (bytes) => {
  const parts = await Promise.all(keypairs.map(async (k) => (await k.signTransaction(bytes)).signature));
  return [multisig.combinePartialSignatures(parts)];
};
report.multisig = await pay(multisig.toSuiAddress(), together(ed, r1));
report.tooFew = await pay(multisig.toSuiAddress(), together(r1));

const message = new TextEncoder().encode('hello');
const { signature } = await r1.signPersonalMessage(message);
const { bcs } = await import('@mysten/sui/bcs');
const verdict = await client.signatureVerificationService.verifySignature({
  message: { name: 'PersonalMessage', value: bcs.vector(bcs.u8()).serialize(message).toBytes() },
  signature: { bcs: { value: Uint8Array.from(atob(signature), (c) => c.charCodeAt(0)) }, signature: { oneofKind: undefined } },
  address: r1.toSuiAddress(),
  jwks: [],
});
report.personal = verdict.response.isValid;
console.log(JSON.stringify(report));
process.exit(0);
