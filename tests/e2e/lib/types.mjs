// Whether values fit the types that others publish, as TypeScript sees it. Nothing is written.

import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** As a type has it, but texts for its enumerations: that is what JSON has. */
const PLAIN = 'type Plain<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;';

const OPTIONS = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Node10,
};

/**
 * A sentence for each value that doesn't fit. `imports` are lines of TypeScript; a check is
 * `{name, type, value}`.
 */
export function typeErrors(imports, checks) {
  const lines = checks.map(({ type, value }, i) => `export const v${i}: Plain<${type}> = ${JSON.stringify(value)};`);
  const source = [...imports, PLAIN, ...lines].join('\n');
  // Beside node_modules, where what is imported is looked for.
  const file = fileURLToPath(new URL('../checked-types.ts', import.meta.url));
  const host = ts.createCompilerHost(OPTIONS);
  const read = host.getSourceFile;
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(name, source, target) : read.call(host, name, target, ...rest);
  return ts.getPreEmitDiagnostics(ts.createProgram([file], OPTIONS, host)).map(({ file: at, start, messageText }) => {
    const line = at?.getLineAndCharacterOfPosition(start).line - imports.length - 1;
    return `${checks[line]?.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
