import { Field, ObjectType } from "type-graphql";

/** The deletion of a study or of a run. */
@ObjectType({ simpleResolvers: true })
export abstract class DeletionType {
  @Field(() => Date, { description: "Time of the deletion." })
  deletedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: "Id of the access token that deleted it; null if the server requires none, or for a command.",
  })
  deletedBy!: string | null;
}

/** Returns the end of the grace period of a deletion. */
export function endOfGrace({ deletedAt }: Pick<DeletionType, "deletedAt">, graceSeconds: number): Date {
  return new Date(deletedAt.getTime() + graceSeconds * 1000);
}
