// The public names with their types, one file an entry point, so that a review sees what changes for
// users. `npm run api` writes them anew; `npm run check:api` fails where they are out of date.
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const ENTRY_POINTS = { 'nestjs-marathon': '', commander: 'commander/', testing: 'testing/' };

const root = fileURLToPath(new URL('..', import.meta.url));
const isUpdate = process.argv.includes('--update');

for (const [name, path] of Object.entries(ENTRY_POINTS)) {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: `${root}dist/${path}index.d.ts`,
      compiler: { tsconfigFilePath: `${root}tsconfig.build.json` },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: `${root}api`,
        reportTempFolder: `${root}out/api`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        extractorMessageReporting: {
          'ae-missing-release-tag': { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
        },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: `${root}package.json`,
  });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: isUpdate,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Verbose) message.handled = true;
    },
  });
  if (!succeeded || (apiReportChanged && !isUpdate)) {
    console.error(
      `api/${name}.api.md is not what the build exports: run npm run api, and review it.`,
    );
    process.exitCode = 1;
  }
}
