import { flagName, type OptionSpec, sections } from './option-spec.js';
import { optionEntries, type Variable } from './options.js';

const WIDTH = 96;
const INDENT = 6;

/** The text of `--help`: every option of the table by section, wrapped. */
export function helpText(): string {
  const lines = [
    'Usage: k8s-sidecar [run] [--flag value | --flag=value]...',
    '       k8s-sidecar dev [MANIFESTS] [--flag value | --flag=value]...',
    '',
    ...wrap('Keeps files equal to labelled ConfigMaps and Secrets, and tells the application after a change.', 0),
    '',
    '  run',
    ...wrap('Collects from the cluster, until it is stopped. Default.', INDENT),
    '  dev',
    ...wrap(
      'Tries it out without a cluster: collects from a Kubernetes API of its own, which holds the manifests in MANIFESTS, and tells an application of its own. MANIFESTS is a folder or a file that may be edited while it runs. Default: examples. LABEL is collect, RESOURCE both, NAMESPACE default, and FOLDER .k8s-sidecar/files, unless they are set.',
      INDENT,
    ),
    '',
    ...wrap(
      'Each flag has a variable of the same name in capitals. A flag wins over its variable. An empty value means unset.',
      0,
    ),
    '',
    '  --help       this text',
    '  --version    the version',
  ];
  for (const [section, title] of Object.entries(sections)) {
    lines.push('', `${title}:`);
    for (const [variable, spec] of optionEntries) {
      if (spec.section === section) lines.push(...describe(variable, spec));
    }
  }
  return `${lines.join('\n')}\n`;
}

function describe(variable: Variable, spec: OptionSpec): readonly string[] {
  return [
    `  --${flagName(variable)} <${spec.type.label}>  (${variable})`,
    ...wrap(`${spec.text} ${defaultOf(spec)}`, INDENT),
  ];
}

function defaultOf(spec: OptionSpec): string {
  if (spec.later) return 'Comes with a later release.';
  if (spec.required) return 'Required.';
  return `Default: ${spec.default ?? spec.unset}.`;
}

function wrap(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each);
}
