/** A time span as `kubectl get` shows an age (apimachinery's duration.HumanDuration). */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return `${minutes}m${orNothing(seconds % 60, 's')}`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return `${hours}h${orNothing(minutes % 60, 'm')}`;
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 192) return `${days}d${orNothing(hours % 24, 'h')}`;
  const years = Math.trunc(days / 365);
  if (years < 2) return `${days}d`;
  return years < 8 ? `${years}y${orNothing(days % 365, 'd')}` : `${years}y`;
}

function orNothing(count: number, unit: string): string {
  return count === 0 ? '' : `${count}${unit}`;
}
