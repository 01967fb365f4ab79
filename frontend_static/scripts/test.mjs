// Runs the unit tests, the comparison of languages and the budget; prints the tests' count alone on a line.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const run = (command, ...args) => spawnSync(command, args, { stdio: 'inherit' }).status ?? 1;
const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'vitest-')), 'report.json');
const manifest = '../graphql/incubator_graphql/static/.vite/manifest.json';

let failed = run('node', 'scripts/codegen.mjs');
if (!fs.existsSync(manifest)) failed ||= run('npm', 'run', '--silent', 'build');
const unit = run(
	'npx',
	'--no-install',
	'vitest',
	'run',
	'--reporter=default',
	'--reporter=json',
	`--outputFile.json=${report}`,
);
failed ||= unit;
const {
	numPassedTests = 0,
	numFailedTests = 0,
	numFailedTestSuites = 0,
} = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : { numFailedTests: 1 };
failed = run('node', 'scripts/i18n-check.mjs') || failed;
failed = run('node', 'scripts/budget.mjs') || failed;
// A file that does not even load counts as one failure.
console.log(`vitest: ${numPassedTests} passed, ${Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0)} failed`);
process.exit(failed ? 1 : 0);
