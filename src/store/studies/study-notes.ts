import type { Connection } from "../connection.js";

/** The notes of a study. */
export interface StudyNotes {
  readonly studyId: string;
  /** Markdown. */
  readonly notes: string;
}

/** Returns the notes of studies, in any order. Studies without notes are left out. */
export function notesOfStudies({ sql }: Connection, ids: readonly string[]): Promise<StudyNotes[]> {
  return sql<StudyNotes[]>`
    select id as "studyId", notes from study where id = any(${[...ids]}::uuid[]) and notes is not null`;
}
