import { describe, expect, it } from 'vitest';
import { optionEntries } from '../../../src/config/options.js';
import { scriptEnvironment } from '../../../src/config/script-environment.js';

describe('scriptEnvironment', () => {
  it('is what the process has', () => {
    const env = { PATH: '/bin', HOME: '/root', FOLDER: '/tmp/x', REQ_USERNAME: 'admin', EMPTY: '', GONE: undefined };
    expect(scriptEnvironment(env, [])).toEqual({
      PATH: '/bin',
      HOME: '/root',
      FOLDER: '/tmp/x',
      REQ_USERNAME: 'admin',
      EMPTY: '',
    });
  });

  it.each(
    optionEntries.filter(([, { secret }]) => secret !== undefined).map(([variable]) => variable),
  )('%s goes', (variable) => {
    expect(scriptEnvironment({ [variable]: 'x', PATH: '/bin' }, [])).toEqual({ PATH: '/bin' });
  });

  it.each([
    ['REQ_URL', 'http://localhost:3000/reload', true],
    ['REQ_URL', 'http://jenkins:8080/reload/?casc-reload-token=s3cret', false],
    ['REQ_URL', 'http://admin:s3cret@localhost:3000/reload', false],
    ['SIGNAL_VERIFY_URL', 'http://localhost/?token=s3cret', false],
    ['HTTP_PROXY', 'http://proxy:3128', true],
    ['https_proxy', 'http://me:s3cret@proxy:3128', false],
    ['OTHER_URL', 'http://x/?page=1', true],
  ])('%s=%s stays: %s', (name, value, stays) => {
    expect(scriptEnvironment({ [name]: value }, [])).toEqual(stays ? { [name]: value } : {});
  });

  it('lacks whatever holds a credential of ours by value, as a flag may have got it from there', () => {
    const env = { PW: 'correct-horse', IN_A_URL: 'http://me:correct-horse@x/', SHORT: 'pw', PART: 'the pwd', N: '' };
    expect(scriptEnvironment(env, ['correct-horse', 'pw', ''])).toEqual({ PART: 'the pwd', N: '' });
  });
});
