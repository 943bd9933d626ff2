// The official client reads what the contracts hold. Prints one JSON report.
import { SuiGrpcClient } from '@mysten/sui/grpc';
import { WalrusClient } from '@mysten/walrus';

const { rpcUrl, systemObject, stakingObject, blobObject, size, epochs } = JSON.parse(process.argv[2]);
const walrus = new WalrusClient({
  suiClient: new SuiGrpcClient({ network: 'localnet', baseUrl: rpcUrl }),
  packageConfig: { systemObjectId: systemObject, stakingPoolId: stakingObject },
  storageNodeUrlScheme: 'http',
});
const report = {
  blobType: await walrus.getBlobType(),
  systemObject: await walrus.systemObject(),
  stakingObject: await walrus.stakingObject(),
  system: await walrus.systemState(),
  staking: await walrus.stakingState(),
  cost: await walrus.storageCost(size, epochs),
  blob: await walrus.getBlobObject(blobObject),
};
const plain = (_, value) =>
  typeof value === 'bigint' ? value.toString() : value instanceof Uint8Array ? [...value] : value;
process.stdout.write(JSON.stringify(report, plain));
