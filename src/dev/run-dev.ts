import { isAbsolute, relative } from 'node:path';
import {
  defer,
  delay,
  filter,
  firstValueFrom,
  map,
  merge,
  Subscription,
  share,
  skip,
  takeWhile,
  tap,
  toArray,
} from 'rxjs';
import type { WatchedObject } from '../model.js';
import type { ExitCode, World } from '../program.js';
import { applyManifests } from './apply-manifests.js';
import { devEnvironment } from './dev-environment.js';
import { createNarrator, type Narrator } from './narrator.js';
import { openStage, type Stage } from './open-stage.js';
import { type DevSettings, readDev } from './read-dev.js';
import { welcome } from './welcome.js';

export interface DevWorld extends World {
  /** Absolute. */
  readonly workingDir: string;
  readonly tempDir: string;
}

/** The sidecar. It is handed in: the container's bundle holds it, and must not hold this. */
export type RunProgram = (world: World) => Promise<ExitCode>;

/** Two seconds are promised. Of these the sidecar takes 1.5 where a request hangs. */
const STOP_LIMIT_MS = 1_900;

/**
 * The command `dev`: a Kubernetes API with the objects of manifests in it, the sidecar on it, and an application that it tells; all in
 * this process, until it is asked to stop. Asked twice, it ends at once.
 */
export function runDev(world: DevWorld, run: RunProgram): Promise<ExitCode> {
  const { stop$ } = world;
  const late$ = merge(stop$.pipe(skip(1)), stop$.pipe(delay(STOP_LIMIT_MS)));
  return firstValueFrom(
    merge(
      defer(() => start(world, run)),
      late$.pipe(map((): ExitCode => 0)),
    ),
  );
}

async function start(world: DevWorld, run: RunProgram): Promise<ExitCode> {
  const settings = readDev(world);
  if ('errors' in settings) {
    world.write(settings.errors.map((error) => `${error}\n`).join(''));
    return 2;
  }
  // Until the first signal. What is added after it ends at once.
  const running = new Subscription();
  running.add(world.stop$.subscribe(() => running.unsubscribe()));
  const ownApplication = settings.config.reqUrl === undefined;
  const narrator = createNarrator({ ...world, plain: settings.plain, ownApplication });
  let stage: Stage;
  try {
    stage = await openStage({ ...world, onReload: ownApplication ? narrator.reload : undefined });
  } catch (error) {
    const { message } = error as Error;
    world.write(`Expected a port of 127.0.0.1, and a folder in ${world.workingDir} or ${world.tempDir}: ${message}\n`);
    return 2;
  }
  try {
    return await play({ settings, stage, narrator, running, world, run });
  } finally {
    running.unsubscribe();
    await stage.close();
  }
}

interface Play {
  readonly settings: DevSettings;
  readonly stage: Stage;
  readonly narrator: Narrator;
  readonly running: Subscription;
  readonly world: DevWorld;
  readonly run: RunProgram;
}

async function play(all: Play): Promise<ExitCode> {
  const { settings, stage, narrator, running, world, run } = all;
  const shown = (path: string) => shownPath(path, world.workingDir);
  const folder = shown(settings.folder ?? stage.folder);
  running.add(() => {
    stage.removeKubeconfig();
    narrator.say(`Stopping. The files stay in ${folder}.`);
  });
  const objects = await load(all);
  if (running.closed) return 0;
  const kubeconfig = shown(stage.kubeconfig);
  narrator.begin(welcome({ ...settings, ...stage, objects, kubeconfig, folder, apiUrl: stage.api.url }));
  const env = devEnvironment(world.env, { ...stage, plain: settings.plain });
  return run({ ...world, env, argv: settings.argv, write: narrator.log });
}

/** Applies the manifests, from now on for as long as it runs; resolves with what the first reading brought. */
function load({ settings, stage, narrator, running }: Play): Promise<readonly WatchedObject[]> {
  const news$ = applyManifests(settings.manifests, stage.api).pipe(tap(narrator.news), share());
  const first$ = news$.pipe(
    takeWhile(({ type }) => type !== 'loaded'),
    filter((news) => news.type === 'applied'),
    map(({ object }) => object),
    toArray(),
  );
  const first = firstValueFrom(first$);
  running.add(news$.subscribe());
  return first;
}

/** As a command in the working directory would name it. */
function shownPath(path: string, workingDir: string): string {
  const short = relative(workingDir, path);
  return isAbsolute(path) && !short.startsWith('..') && short !== '' ? short : path;
}
