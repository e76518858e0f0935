import { openMigrator } from '../../src/core/index.js';
import { disconnect, runOn } from './connections.js';
import type { TestDatabase } from './databases.js';
import * as z from 'zod';

const nodeSchema = z.object({ host: z.string(), port: z.string() });

/** Creates a database on the Citus cluster of a coordinator, by default with distributed tables. */
export async function createOnCitus(
  coordinator: string,
  { distributed = true }: { readonly distributed?: boolean } = {},
): Promise<TestDatabase> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  const workers = z
    .array(nodeSchema)
    .parse(
      await runOn(
        coordinator,
        'select node_name as host, cast(node_port as text) as port from citus_get_active_worker_nodes()',
      ),
    );
  const urls = [...workers, undefined].map((node) => {
    const url = new URL(coordinator);
    if (node) url.host = `${node.host}:${node.port}`;
    return url;
  });
  for (const url of urls) await runOn(url.href, `create database ${name}`);
  const databases = urls.map((url) => {
    const database = new URL(url);
    database.pathname = name;
    return database.href;
  });
  for (const database of databases) await runOn(database, 'create extension if not exists citus');
  const url = databases.at(-1) ?? coordinator;
  const { hostname, port } = new URL(url);
  await runOn(url, `select citus_set_coordinator_host('${hostname}', ${port})`);
  for (const { host, port: workerPort } of workers) {
    await runOn(url, `select citus_add_node('${host}', ${workerPort})`);
  }
  if (distributed) {
    await using migrator = await openMigrator({ database: url });
    await migrator.up();
    await migrator.distribute();
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      for (const database of databases) await disconnect(database);
      for (const server of urls.toReversed()) await runOn(server.href, `drop database ${name} with (force)`);
    },
  };
}
