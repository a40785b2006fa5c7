import { describe, expect, test } from 'vitest';
import { parts, readOptions } from '../../../bench/bench-options.js';
import { asInTheImage } from '../../../bench/programs.js';

describe('the options of the bench', () => {
  test('by default measure everything of what the image runs', () => {
    expect(readOptions([])).toEqual({ parts, measured: asInTheImage, quick: false, check: false, write: false });
  });

  test('leave out what takes minutes when it shall be quick, unless it is asked for', () => {
    expect(readOptions(['--quick']).parts).toEqual(['start', 'objects', 'latency', 'burst']);
    expect(readOptions(['--quick', '--only', 'idle']).parts).toEqual(['idle']);
  });

  test('name parts in any order, and memory for those that measure it', () => {
    expect(readOptions(['--only', 'idle,start']).parts).toEqual(['start', 'idle']);
    expect(readOptions(['--only', 'memory']).parts).toEqual(['objects', 'burst']);
    expect(() => readOptions(['--only', 'start,speed'])).toThrow(/start, objects, .* or memory, got: speed/);
  });

  test('name another program and other arguments of node, or none', () => {
    const measured = { program: 'a.cjs', nodeFlags: ['--jitless', '--no-opt'] };
    expect(readOptions(['--node-flags', '--jitless  --no-opt', '--program', 'a.cjs']).measured).toEqual(measured);
    expect(readOptions(['--program', 'a.cjs', '--node-flags=--jitless --no-opt']).measured).toEqual(measured);
    expect(readOptions(['--node-flags', '']).measured).toEqual({ program: asInTheImage.program, nodeFlags: [] });
  });

  test.each([
    [['--quick']],
    [['--only', 'start']],
    [['--program', 'a.cjs']],
    [['--node-flags', '']],
  ])('publish nothing but a whole run of the image: not with %s', (more) => {
    expect(readOptions(['--write']).write).toBe(true);
    expect(() => readOptions(['--write', ...more])).toThrow('Expected --write alone');
  });

  test('that are unknown, or lack their value, are an error', () => {
    expect(() => readOptions(['--fast'])).toThrow('--fast');
    expect(() => readOptions(['--node-flags'])).toThrow('--node-flags');
  });
});
