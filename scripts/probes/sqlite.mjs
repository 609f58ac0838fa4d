// Run as a child: opens a database in memory and prints SQLite's version as one JSON object.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const Database = require('better-sqlite3');
const database = new Database(':memory:');
const version = database.prepare('select sqlite_version()').pluck().get();
console.log(JSON.stringify({ version, binding: require('better-sqlite3/package.json').version }));
