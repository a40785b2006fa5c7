import { type Figure, isKept, type Unit } from './figure.js';
import type { Sample } from './statistics.js';

const head = ['', 'measured', 'floor', 'to the floor', 'budget', ''];

/** The figures as Markdown: value, spread in parentheses, number of runs. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(rowOf);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rowOf(figure: Figure): string[] {
  const { what, unit, measured, floor, budget } = figure;
  const kept = isKept(figure);
  return [
    what,
    cellOf(measured, unit),
    floor ? `${floor.of}: ${cellOf(floor.sample, unit)}` : '',
    floor ? compare(measured.value, floor.sample.value, unit) : '',
    budget?.text ?? '',
    kept === undefined ? '' : kept ? '✓' : '✗',
  ];
}

function cellOf({ value, min, max, count }: Sample, unit: Unit): string {
  const figure = `**${withUnit(show(value), unit)}**`;
  return count === 1 ? figure : `${figure} (${show(min)}–${show(max)}, N ${count})`;
}

/** Both, since a ratio to next to nothing says little, and a difference does not tell how it grows. */
function compare(measured: number, floor: number, unit: Unit): string {
  const more = measured - floor;
  const difference = withUnit(`${more < 0 ? '−' : '+'}${show(Math.abs(more))}`, unit);
  return floor > 0 && measured > 0 ? `× ${(measured / floor).toFixed(1)}, ${difference}` : difference;
}

function withUnit(text: string, unit: Unit): string {
  return unit === '' ? text : `${text} ${unit}`;
}

/** Three significant digits, but no more than two decimals. */
function show(value: number): string {
  const size = Math.abs(value);
  const decimals = Number.isInteger(size) || size >= 100 ? 0 : size < 10 ? 2 : 1;
  return value.toFixed(decimals).replace('-', '−');
}
