import { print } from "graphql";
import { createClient, type Client } from "graphql-ws";
import { useEffect, useState } from "react";
import { graphql } from "../graphql.js";
import { isUnfinished, type Job, JobFields } from "./job.js";

interface JobProgress {
  /** The latest known state of each job, in the given order. */
  readonly jobs: readonly Job[];
  /** The error of a job that cannot be followed, or undefined. */
  readonly failure: Error | undefined;
}

/**
 * Follows jobs with subscriptions.
 *
 * @param onEnd called once with the ended jobs, when every job has ended or can no longer be followed
 */
export function useJobProgress(initial: readonly Job[], onEnd: (ended: readonly Job[]) => void): JobProgress {
  const [latest, setLatest] = useState<ReadonlyMap<string, Job>>(new Map());
  const [failure, setFailure] = useState<Error>();
  const ids = initial.map(({ id }) => id).join(" ");
  useEffect(() => {
    const waiting = new Set(ids.split(" ").filter((id) => id !== ""));
    const finished: Job[] = [];
    const markEnded = (id: string) => {
      if (waiting.delete(id) && waiting.size === 0) onEnd(finished);
    };
    const stops = [...waiting].map((id) =>
      followJob(id, {
        job: (job) => {
          setLatest((before) => new Map(before).set(id, job));
          if (isUnfinished(job)) return;
          finished.push(job);
          markEnded(id);
        },
        failure: (error) => {
          setFailure(error);
          markEnded(id);
        },
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
    // `ids` identifies the jobs. Their progress arrives by subscription.
  }, [ids]);
  return { jobs: initial.map((job) => latest.get(job.id) ?? job), failure };
}

const Progress = graphql(
  `
    subscription Progress($id: ID!) {
      jobProgress(id: $id) {
        ...JobFields
      }
    }
  `,
  [JobFields],
);

let socket: Client | undefined;

/** Returns the client of the one WebSocket for all jobs. It opens with the first subscription and closes after the last. */
function client(): Client {
  return (socket ??= createClient({
    url: `${location.protocol.replace("http", "ws")}//${location.host}/graphql`,
    lazy: true,
    retryAttempts: 5,
  }));
}

interface Follower {
  /** Called with the job at the start and after each change. */
  readonly job: (job: Job) => void;
  /** Called once if the job can no longer be followed. */
  readonly failure: (error: Error) => void;
}

/** Subscriptions at the same time. Servers refuse more than 50 by default, and jobs run a few at a time anyway. */
const MAX_SUBSCRIPTIONS = 20;
/** The followers of each job, in the order in which the jobs were first followed. */
const followed = new Map<string, Set<Follower>>();
/** Functions that end the subscriptions. The other jobs wait until one of these ends. */
const subscriptions = new Map<string, () => void>();

/** Follows a job until it ends. Followers of a job share a subscription. @returns a function that stops following it */
function followJob(id: string, follower: Follower): () => void {
  const followers = followed.get(id) ?? new Set();
  followed.set(id, followers.add(follower));
  subscribeNext();
  return () => {
    followers.delete(follower);
    if (followers.size === 0 && followed.get(id) === followers) forget(id);
  };
}

function forget(id: string): void {
  followed.delete(id);
  const stop = subscriptions.get(id);
  subscriptions.delete(id);
  stop?.();
  subscribeNext();
}

function subscribeNext(): void {
  for (const id of followed.keys()) {
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) return;
    if (!subscriptions.has(id)) subscriptions.set(id, subscribe(id));
  }
}

function subscribe(id: string): () => void {
  const followers = () => [...(followed.get(id) ?? [])];
  const fail = (error: Error) => {
    const failed = followers();
    forget(id);
    for (const { failure } of failed) failure(error);
  };
  return client().subscribe<{ jobProgress: Job }>(
    { query: print(Progress), variables: { id } },
    {
      next: ({ data, errors }) => {
        if (data != null) for (const { job } of followers()) job(data.jobProgress);
        else fail(new Error(errors?.map(({ message }) => message).join("\n") ?? "The server sent no progress."));
      },
      error: (cause) => fail(cause instanceof Error ? cause : new Error("The connection to the server was lost.")),
      complete: () => forget(id),
    },
  );
}
