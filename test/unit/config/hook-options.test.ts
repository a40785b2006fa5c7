import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { processSelector } from '../../../src/config/process-selector.js';
import { readConfig } from '../../../src/config/read-config.js';
import { signalName } from '../../../src/config/signal-name.js';

describe('SIGNAL', () => {
  it.each([
    ['SIGHUP', 'SIGHUP'],
    ['HUP', 'SIGHUP'],
    ['sighup', 'SIGHUP'],
    [' usr1\n', 'SIGUSR1'],
    ['1', 'SIGHUP'],
    [String(constants.signals.SIGUSR2), 'SIGUSR2'],
    ['6', 'SIGABRT'],
    ['SIGTERM', 'SIGTERM'],
  ])('%j is %s', (text, value) => {
    expect(signalName.parse(text)).toEqual({ value });
  });

  it.each(['SIGFOO', '0', '-1', '999', 'SIG', 'toString', '1.0', 'HUP HUP'])('%j is none', (text) => {
    expect(signalName.parse(text)).toEqual({
      expected: 'the name or the number of a signal, such as SIGHUP, HUP or 1',
    });
  });

  it.each(['SIGKILL', 'kill', '9', 'STOP'])('%j is refused, since no process gets to see it', (text) => {
    expect(signalName.parse(text)).toMatchObject({
      expected: expect.stringMatching(/^a signal that a process can handle/),
    });
  });
});

describe('SIGNAL_PROCESS', () => {
  it.each([
    ['name:nginx', { text: 'name:nginx', by: 'name', name: 'nginx' }],
    [' name:my app ', { text: 'name:my app', by: 'name', name: 'my app' }],
    ['pidfile:/run/x.pid', { text: 'pidfile:/run/x.pid', by: 'pidfile', path: '/run/x.pid' }],
    ['cmdline:^/bin/app( |$)', { text: 'cmdline:^/bin/app( |$)', by: 'cmdline', pattern: /^\/bin\/app( |$)/ }],
  ])('%j is taken', (text, value) => {
    expect(processSelector.parse(text)).toEqual({ value });
  });

  it.each([
    ['nginx', /^name:NAME, cmdline:REGEX or pidfile:/],
    ['name:', /^name:NAME/],
    ['name:/usr/sbin/nginx', /^name:NAME/],
    ['pidfile:run/x.pid', /^name:NAME/],
    ['pid:7', /^name:NAME/],
    ['cmdline:(', /^cmdline: and a regular expression of JavaScript$/],
    ['cmdline:.*', /that does not match everything$/],
    ['cmdline:a|', /that does not match everything$/],
  ])('%j is not', (text, expected) => {
    expect(processSelector.parse(text)).toEqual({ expected: expect.stringMatching(expected) });
  });
});

describe('between variables', () => {
  const faults = (env: Readonly<Record<string, string>>) => {
    const result = readConfig({ env: { LABEL: 'a', FOLDER: '/data/files', ...env }, argv: [] });
    return 'errors' in result ? result.errors.map(({ message }) => message) : [];
  };
  const validate = { VALIDATE: '/validate', VALIDATE_FOLDER: '/candidates' };

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a signal with its process', { SIGNAL: 'HUP', SIGNAL_PROCESS: 'name:a', SIGNAL_VERIFY_URL: 'http://a/' }],
    ['a validator with its folder', validate],
    ['a folder beside FOLDER', { ...validate, VALIDATE_FOLDER: '/data/files2' }],
  ])('%s is taken', (_, env) => {
    expect(faults(env)).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['SIGNAL needs SIGNAL_PROCESS', { SIGNAL: 'HUP' }, /`SIGNAL_PROCESS` to be set, since `SIGNAL` is/],
    ['SIGNAL_PROCESS needs SIGNAL', { SIGNAL_PROCESS: 'name:a' }, /`SIGNAL` to be set, since `SIGNAL_PROCESS` is/],
    [
      'SIGNAL_VERIFY_URL needs SIGNAL',
      { SIGNAL_VERIFY_URL: 'http://a/' },
      /`SIGNAL` to be set, since `SIGNAL_VERIFY_URL` is/,
    ],
    ['VALIDATE needs VALIDATE_FOLDER', { VALIDATE: '/v' }, /`VALIDATE_FOLDER` to be set, since `VALIDATE` is/],
    [
      'VALIDATE_FOLDER is not FOLDER',
      { ...validate, VALIDATE_FOLDER: '/data/files/' },
      /with "\/data\/files" in `FOLDER`/,
    ],
    ['VALIDATE_FOLDER is not inside FOLDER', { ...validate, VALIDATE_FOLDER: '/data/../data/files/v' }, /in `FOLDER`/],
    ['VALIDATE_FOLDER does not hold FOLDER', { ...validate, VALIDATE_FOLDER: '/data' }, /in `FOLDER`/],
    [
      'VALIDATE_FOLDER is not inside an allowed root',
      { ...validate, FOLDER_ALLOWED_ROOTS: '/x,/' },
      /with "\/" in `FOLDER_ALLOWED_ROOTS`/,
    ],
  ])('%s', (_, env, message) => {
    expect(faults(env)).toEqual([expect.stringMatching(message)]);
  });
});
