// Reads entities as JSON from standard input and says what the model of the catalog does not take, a line each.
import { readFileSync } from "node:fs";
import * as model from "@backstage/catalog-model";

const policies = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(),
  new model.DefaultNamespaceEntityPolicy(),
  new model.NoForeignRootFieldsEntityPolicy(),
  new model.FieldFormatEntityPolicy(),
  new model.GroupDefaultParentEntityPolicy("group:default/root"),
]);
const kinds = {
  API: model.apiEntityV1alpha1Validator,
  Component: model.componentEntityV1alpha1Validator,
  Group: model.groupEntityV1alpha1Validator,
  Location: model.locationEntityV1alpha1Validator,
  Resource: model.resourceEntityV1alpha1Validator,
  System: model.systemEntityV1alpha1Validator,
};

for (const entity of JSON.parse(readFileSync(0, "utf8"))) {
  const name = `${entity.kind} ${entity.metadata?.name}`;
  try {
    // The catalog puts the file's text where `$text` stands before it looks.
    if (entity.kind === "API") entity.spec.definition = JSON.stringify(entity.spec.definition);
    await policies.enforce(entity);
    if (!(await kinds[entity.kind].check(entity))) console.log(`${name}: no validator knows it`);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
}
