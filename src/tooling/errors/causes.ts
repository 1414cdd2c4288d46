/** Why a message comes; with a cure where the message itself brings none of its own. */
export type Cause = string | { cause: string; cure: string };

/** By message, as `gatherMessages` reads it from the sources. A test holds that each has one, and that each of these has a message. */
export const CAUSES: Readonly<Record<string, Cause>> = {
  // --- Credentials and calls to AWS ------------------------------------------------------------------------------------
  'AWS could not verify the OIDC token of this job': 'STS could not reach or read GitHub’s keys at that moment.',
  'AWS did not answer `<action>` as it should, also when asked again':
    'Several tries in a row were throttled, broken off, or answered with something that is no answer.',
  'AWS does not accept the credentials (<name>)':
    'The key does not exist, is switched off, or was signed with another secret.',
  'AWS has no address for region `<region>` that can be found from here':
    'The region is misspelt, the service is not there, or this machine has no name resolution.',
  'AWS refused `<action>` (<name>)': 'AWS says why under “Seen”.',
  'Input `<name>` <what>': {
    cause: 'The value of an input was not accepted; every such input is told at once.',
    cure: 'What the message says is accepted; the tables of the action list it, too.',
  },
  'Input `role-to-assume` needs an OIDC token, and the runner gives none to this job':
    'Without that permission, GitHub offers a job no token; pull requests from forks never get one.',
  'No connection to AWS can be made for `<action>` (<code>)':
    'Name resolution, a proxy, a firewall or a certificate stands in between.',
  'Nothing answers where AWS is expected': '`AWS_ENDPOINT_URL` is set, and no server listens there.',
  'The AWS credentials have expired, so `<action>` was refused':
    'Credentials of the job ended before its work. What AWS has under way goes on.',
  'The credentials do not allow `<action>`': 'No policy of the role allows the call, or one denies it.',
  'The environment names no region of AWS': '`AWS_REGION` or `AWS_DEFAULT_REGION` holds something that is no region.',
  'The role does not let this job assume it':
    'The trust policy names another repository, environment or branch than those of the job’s token, which stand under “Seen”. For a repository that was made or renamed since 15 July 2026, GitHub has numbers in `sub`: `repo:org@1234/shop@5678:…`.',
  "The runner's service gave no OIDC token for this job": 'GitHub’s token service did not answer.',
  'There are no AWS credentials': 'No role was given, and the job has no credentials of its own.',
  'has a value that is neither a scalar nor a list of scalars, for `<name>`':
    'An input that is a mapping has a nested value.',
  'is not accepted': 'A value is of another kind, or none of the choices.',
  'is not valid YAML or JSON …': 'An input that is a mapping cannot be parsed.',
  'is required': { cause: 'An input without a default is empty.', cure: 'Give it.' },

  // --- The comment on a pull request -----------------------------------------------------------------------------------
  'The comment on the pull request could not be written; the run itself is not touched by it':
    'GitHub did not answer after several tries, or the token may not write; “Seen” has its words. A warning: the deployment or preview ended as it did.',
  'The run was stopped: <message>': 'The time limit was over before the run was.',
  'zap-obs has crashed, which is a bug of its own': 'Something that nobody thought of; the log has the trace.',

  // --- Docker ----------------------------------------------------------------------------------------------------------
  '<source> cannot be copied to ECR': 'Pulling the collector’s image or pushing it failed.',
  'Docker is not installed: no `docker` is on PATH': 'The runner has no Docker.',
  'Images of <name> cannot be removed': 'Docker refused to clean up after a smoke test.',
  'No login to <registry>': 'Docker did not take the login to ECR.',
  'Port <port> is in use on this machine': 'Another program or container listens on it.',
  'Port <port> is not to be had on this machine': 'The system keeps the port, or another program listens on it.',
  'The Docker engine does not answer': 'It is not running, or `DOCKER_HOST` names another.',
  'The compose file is not YAML': 'It cannot be parsed.',
  'The compose file needs the environment variable <name>': 'The file has `${NAME:?…}`, and nothing sets it.',
  'The compose file says something that Compose does not know': 'A key or a value is none of Compose’s.',
  'The containers cannot be inspected': 'Docker did not tell how the containers are.',
  'The engine does not tell which images it has': 'Docker refused to list images.',
  'The image cannot be built': 'The builder failed, for the reason under “Seen”.',
  'The image gets no tag `<tag>`': 'Docker refused to tag the image that was built.',
  'This Docker has no `docker compose`': 'Its plugin is not installed.',
  'This user may not speak to the Docker engine': 'The engine’s socket belongs to another group.',
  'What `<image>` is cannot be found out': 'A base image is not in the engine, and its registry did not say.',
  'What there is of <name> cannot be listed': 'Docker refused to list containers, volumes or networks.',

  // --- build-push ------------------------------------------------------------------------------------------------------
  '<file> cannot be read': '`.dockerignore` or the Dockerfile is there, and reading it fails.',
  '<file> has a pattern that Docker refuses': 'A line of `.dockerignore` is no pattern.',
  '<name> was built, but is not in the engine': 'Something removed it right after the build.',
  '<source> was copied, but `<repository name>` does not have it': 'Somebody deleted or replaced it at the same time.',
  "Docker's own configuration, `config.json`, is no JSON": 'It is read because registries of yours may be named there.',
  'ECR gave no token to log in with': 'The answer of ECR was not as documented.',
  'Input `build-args` has a name that no argument can have': 'Docker takes only names like those of variables.',
  'Input `build-args` has a value that no argument can have: `<name>` holds a zero byte':
    'Values are handed over in the environment, which ends them at a zero byte.',
  "Input `cache: gha` needs GitHub's cache, and there is none here":
    'Outside of GitHub Actions nothing offers that cache.',
  'Input `cache: registry` needs a registry, and `push: false` uses none': 'Both inputs cannot hold at once.',
  'Input `collector-image` is no name of an image':
    'It has a space, an upper-case letter or another thing that no name has.',
  'Input `platforms` names a platform that ECS does not run': 'Fargate runs Linux on x86-64 and ARM64 here.',
  'Input `secret-files` has an id that no secret can have': 'BuildKit takes ids of these characters only.',
  'No name for the repository can be made of the folder of `context`':
    'The folder’s name has no letter or digit that ECR accepts.',
  'Repository `<repository name>` is there and is not, as ECR says: it may be about to be deleted':
    'ECR refuses to create it because it exists, and does not describe it.',
  'Something in the context cannot be read': 'A file or folder of the context is not readable for this user.',
  'Tag `<tag>` belongs to an image with another content, and tags of this repository do not move':
    'The tag was given to another build before, and the repository’s tags are immutable.',
  'Tag `<tag>` belongs to another image, and tags of this repository do not move':
    'The push was refused, because the repository’s tags are immutable.',
  'The Dockerfile cannot be read': 'A line of it is no instruction.',
  'The Dockerfile has no stage': 'It has no `FROM`.',
  'The Dockerfile has no stage `…`': 'Input `target` names a stage that is not there.',
  'The context `<shown context>` is no folder': 'Input `context` names a file.',
  'The file of secret `<id>` cannot be read': 'It is not where `secret-files` says.',
  'The image cannot be built: `<command>` ended with exit code …': 'A step of the Dockerfile failed.',
  'The image cannot be built: the image on which it builds has no name': 'An argument in `FROM` is empty.',
  'The image cannot be built: the image on which it builds has no proper name': 'What stands after `FROM` is no name.',
  'The image cannot be built: what `…` copies is not there': 'A `COPY` names what the context does not have.',
  'The repository does not have the image that was pushed': 'ECR has another digest than the one that was pushed.',
  'There is no Dockerfile `<shown dockerfile>`': 'It is not there, or the job has not checked out the repository.',
  'There is no context `<shown context>`': 'It is not there, or the job has not checked out the repository.',
  'There is no image <source>': 'The registry knows no image of that name and tag.',
  'There is no place for a login to ECR': 'The runner’s temporary folder cannot be written to.',
  'This Docker has no `docker buildx`, or an old one': 'Builds and copies need it.',
  'This `docker buildx` is too old': 'It does not know what is asked of it.',

  // --- Parameters, templates, stacks file ------------------------------------------------------------------------------
  '<giver> sets a parameter of a stack that is not in the stacks file':
    'The part before the dot is no short name of a stack.',
  '<giver> sets parameter `<parameter>`, which <lacking>':
    'A name in `parameters` or in a profile belongs to no template.',
  '<kind> `<name>` is not defined in this template': 'A `Ref`, `GetAtt`, condition or mapping names what is not there.',
  '<where> is empty': 'The stacks file has a key without a value.',
  '<where> is missing': { cause: 'The stacks file lacks a key.', cure: 'Add it, as in cloudformation/stacks.yaml.' },
  '<where> is not a known key': 'The stacks file has a key that means nothing.',
  '<where> is not accepted': 'A value of the stacks file is of another kind.',
  'A stack name may have 128 characters at most': 'Prefix and short name together are longer.',
  'A template must be a mapping with `Resources`': {
    cause: 'The file is no template of CloudFormation.',
    cure: 'Correct `template` in the stacks file, or add `Resources`.',
  },
  'An assertion of rule `<name>` has no `Assert`': 'A rule of the template is incomplete.',
  'Broken YAML: <message>': {
    cause: 'The file cannot be parsed.',
    cure: 'Mend the line that it names.',
  },
  'Broken template: <message>': { cause: 'The template cannot be parsed.', cure: 'Mend the line that it names.' },
  'Bucket `<bucket>` does not exist': 'Input `template-bucket` names no bucket of the account’s sight.',
  'Input `only` names no stack of the stacks file': 'It takes short names, without the prefix.',
  'No stack is named `<name>`': 'A `from` or `depends-on` of the stacks file names none.',
  'Parameter `<name>` of stack `<short name>` has no value':
    'Neither inputs, profile, stacks file, earlier stacks nor the template give one, and nothing is deployed yet.',
  'Parameter `<name>` of stack `<short name>` has two sources: the outputs of …':
    'Two earlier stacks have an output of that name.',
  'Parameter `<name>` of stack `<short name>` refuses the value of <origin>':
    'An output of an earlier stack is outside of what the template accepts.',
  'Profile `<name>` sets parameters of the templates of zap-obs, and none of these templates has any of them':
    'A profile of zap-obs was given to stacks of your own.',
  'Rule `<name>` <what>': {
    cause: '`Rules` of the template use what rules do not have.',
    cure: 'What the message says.',
  },
  'Rule `<name>` has no `Assertions`': 'A rule of the template is incomplete.',
  'Stack `<short name>` needs `<name>` from stack `<stack>`, which has no output `<output>` now':
    'The earlier stack is not deployed, or was deployed from a template without that output.',
  'Stack `<stack>` has no output `<output>`':
    'A `from` of the stacks file names an output that the template does not declare.',
  'Stacks file `…` cannot be read': 'It is not there, or the job has not checked out the repository.',
  'Template <file> has no parameter `<name>`': 'The stacks file gives a value to a parameter that is not there.',
  'Template `<template>` cannot be read': 'It is not where the stacks file says.',
  'The stacks depend on each other in a circle: …': 'Each of them waits for another.',
  'The template <file> refuses this value of parameter `<name>`<origin>':
    'The value is outside of `AllowedValues`, `AllowedPattern`, a minimum or a maximum.',
  'The template is larger than <limit>': 'CloudFormation takes 51,200 bytes in a request, and 1 MB through a bucket.',
  '`<section>` has too many entries': 'CloudFormation limits parameters, resources, outputs and mappings.',
  '`<section>` must be a mapping': 'The section is empty or a list.',
  '`Rules` must be a mapping': 'The section is empty or a list.',
  '`<key>` cannot be used as a name': {
    cause: '`__proto__` and the like would be lost on the way.',
    cure: 'Use another name.',
  },
  'asks for true or false where none can come out': 'A rule’s condition is a text.',
  'asks for true or false, which `<name>` does not give': 'A rule’s function gives a text or a list.',
  'refers to parameter `<name>`, which is not defined': 'A rule names a parameter that the template lacks.',
  'uses `<name>` with a wrong number of arguments': 'A function of a rule has too few or too many.',
  'uses `<name>`, which is no function of rules': {
    cause: 'Rules know fewer functions than resources.',
    cure: 'Use one of those that the message names.',
  },
  '… `<id>` has no `Type`': 'A resource or parameter is incomplete.',
  'Input `tags` has a tag that AWS refuses: `<key>`': 'AWS limits keys and values of tags.',
  'Input `tags` has too many tags': 'AWS takes 50, and one is ours.',
  'Tag `zap-obs:prefix` is set by zap-obs itself': 'It marks what belongs to a prefix, for `teardown`.',
  'The profile is no mapping': 'The file is a list or a text.',
  'There is no profile `<name>`': 'A name without a path means one of zap-obs.',
  'Profile `<given>` cannot be read': 'The file is not there, or the job has not checked out the repository.',
  '`<name>` has a value that is neither a scalar nor a list of scalars': 'A value of the profile is nested.',
  'Inputs `<origin>` and `parameters` both set parameter `<parameter>`': 'Two inputs give the same parameter.',
  'Input `<input>` names `<logical id>`, which <where>': 'No template has such a resource.',
  'Input `<input>` names a resource of a stack that is not in the stacks file':
    'The part before the dot is no short name.',
  'Input `<input>` names a resource without its stack': 'Several stacks could be meant.',
  'Region `<region>` has no managed prefix list `<name>`':
    'The region does not exist, or AWS does not offer the list there.',
  'A stack policy may have 16,384 bytes at most': 'CloudFormation takes no more.',
  'A stack policy must be JSON': 'The file cannot be parsed.',
  'A stack policy needs `Statement`': 'The file is JSON, but no policy.',
  'Stack policy `<file>` cannot be read': 'It is not there, or the job has not checked out the repository.',

  // --- Values that cannot work together ----------------------------------------------------------------------------------
  '<range><from> is too small for <names> of stack `<stack>`':
    'The network is divided into more subnets than it holds.',
  '<title> cannot reach …': 'Subnets, routes, security groups or endpoints of the plan leave no way.',
  'CloudWatch Logs cannot keep the logs of … for <number> days': 'It keeps them for certain numbers of days only.',
  'Fargate has no task of the size of …': 'Each CPU size allows its own range of memory.',
  'Rule `<rule>` of stack `<short name>` does not hold: <says>': 'The template’s own `Rules` refuse these values.',
  'The containers of … reserve more <unit> than their task has': 'Their sum is above the size of the task.',
  '… and … overlap in one VPC': 'Two subnets share addresses.',
  '… can never have as <amount> as it must': 'A minimum is above a maximum.',
  '… is for <value> and has no certificate': 'A listener for HTTPS needs one.',
  '… is too … an address range': 'AWS takes netmasks from /16 to /28.',
  '… lies outside its VPC': 'A subnet’s range is not part of the VPC’s.',

  // --- Stacks at AWS -----------------------------------------------------------------------------------------------------
  'Another operation is going on with stack `<stack name>`':
    'Somebody else deploys or deletes it, and `in-progress` is `fail`.',
  'CloudFormation refused the changes to stack `<stack name>`': 'The change set failed, for the reason under “Seen”.',
  "CloudFormation's validation refused the changes to stack `<stack name>`":
    'CloudFormation looked at properties and names before anything was made, and found what would fail.',
  'ECS has given the deployment up': {
    cause: 'Its circuit breaker saw too many tasks fail.',
    cure: 'Look at the stopped tasks and last lines in the summary.',
  },
  'Stack `<stack name>` cannot be updated as it is': {
    cause: 'It is in a state from which nothing leads on.',
    cure: 'What the message says of that state; see “When something goes wrong” in docs/deploy.md.',
  },
  'Stack `<stack name>` cannot be updated as it is, and input `recreate-failed` keeps it from being replaced':
    'It never came into being, so it can only be deleted and created again.',
  'Stack `<stack name>` failed': {
    cause: 'The first resource that failed is named, with AWS’s reason under “Seen”.',
    cure: 'What the message advises for that reason; then run again.',
  },
  'Stack `<stack name>` … because of `<logical id>` (<type>)…': {
    cause: 'That resource failed first; others were cancelled because of it.',
    cure: 'What the message advises for AWS’s reason; then run again.',
  },
  'Stack `<stack name>` is in <status> again': {
    cause: 'It was brought in order, and somebody or something else changed it meanwhile.',
    cure: 'Run again when nobody else works on it.',
  },
  'Stack `<stack name>` was left before its end, because <reason>': 'The run was stopped; AWS may go on.',
  'Termination protection is on for stack `<name>`': 'A protected stack is not deleted.',
  'The remains of stack `<stack name>` could not be deleted…': 'Something keeps a failed stack from being taken away.',
  'The rollback of stack `<stack name>` failed again…': 'A resource cannot be brought back to what it was.',
  'The stack is not as it was any more, so `<action>` was refused':
    'Somebody changed it between the plan and the change.',
  'the service does not exist any more': {
    cause: 'Somebody deleted the ECS service, or its stack.',
    cure: 'Deploy again.',
  },
  'the service was rolled back to <to>': {
    cause: 'ECS took a deployment back that CloudFormation had called complete.',
    cure: 'Look at the stopped tasks and last lines in the summary.',
  },
  '`<logical id>` (<type>) of stack `<stack name>` <fate>': 'It holds data, and the change would replace or delete it.',
  '`<logical id>` (<type>) of stack `<stack name>` stands in the way too…': {
    cause: 'Beside the first cause, this resource failed by itself.',
    cure: 'What the message advises, if anything.',
  },

  // --- Grafana -----------------------------------------------------------------------------------------------------------
  'AWS has answered a request for a token of Grafana without one': 'The answer was not as documented.',
  'AWS has made no service account in Grafana, and said nothing': 'The answer was not as documented.',
  'Dashboard `<title>` cannot be read': 'Grafana answered with an error.',
  'Dashboard `<title>` could not be saved': 'Grafana answered with an error.',
  'Dashboard `<title>` was left as it is: somebody has changed it since zap-obs wrote it':
    'What people changed is kept.',
  'Data source `<name>` cannot be read': 'Grafana answered with an error.',
  'Data source `<name>` could not be created': 'Grafana answered with an error.',
  'Data source `<name>` could not be updated': 'Grafana answered with an error.',
  'Data source `<name>` is not as zap-obs has it, and was left so: somebody has changed it':
    'What people changed is kept.',
  'Data source `<name>` needs plugin `<type>`, which the Grafana workspace does not have and may not install':
    'Plugin management is off in the workspace.',
  'Folder `<title>` could not be made in Grafana': 'Grafana answered with an error.',
  'Grafana <state> `<what>`': 'Grafana was busy or failed, also when asked again.',
  'Grafana at <url> does not answer `<what>`': 'The workspace lets only some networks in, or is not reachable.',
  'Grafana describes <what> in another way than zap-obs knows': 'A version of Grafana with another API.',
  'Grafana does not allow `<what>`': 'The service account may not do it.',
  'Grafana does not take the token of its own service account for `<what>`': 'A new token is not known everywhere yet.',
  'Grafana has data source `<name>`, but does not reach what it stands for':
    'The workspace’s role or its network does not let it.',
  'Grafana was not provisioned to its end within … minutes': 'Grafana or AWS answered slowly.',
  'Grafana workspace `<id>` cannot be used now': 'It is being created, changed or deleted.',
  'Grafana workspace `<id>` is too old for service accounts': 'They came with version 9.',
  'Not Grafana, but something else answers `<what>` at <url>': 'A page of a proxy or of network access control.',
  'The service account `<name>` of Grafana workspace `<workspace id>` could not be deleted':
    'AWS refused it, or did not answer.',
  'The versions of dashboard `<title>` cannot be read': 'Grafana answered with an error.',

  // --- teardown ------------------------------------------------------------------------------------------------------------
  'AWS refuses to delete it': 'For the reason under “Seen”.',
  'Input `confirm` must repeat the stack prefix, so that nothing is deleted by mistake':
    '`confirm` is empty or another prefix.',
  'Repository `<repository name>` no longer has the tag `<prefix tag>`': 'Somebody took it away since the look.',
  'Stack `<name>` depends on `<short name>`, and input `only` would leave it standing':
    'What it stands on would be deleted under it.',
  'The images of repository `<repository name>` cannot be deleted': 'ECR refused some of them.',
  'bucket `<id>` is not empty': 'CloudFormation deletes empty buckets only.',
  'export `<name>` is in use by <users>': 'Another stack imports an output.',
  'it is protected against deletion': 'A protection of the resource is on.',
  'repository `<id>` still holds images': 'CloudFormation deletes empty repositories only.',
  'somebody attached this policy outside of the stack': 'A policy in use cannot be deleted.',
  'somebody attached to it what the stack did not': 'A role with other policies cannot be deleted.',
  'something is still attached to it: most often a network interface that ECS, Lambda or a load balancer gives back minutes later':
    'Subnets and security groups in use cannot be deleted.',
  'something outside of this stack uses it': 'A resource in use cannot be deleted.',
  'the rights to delete it are missing': 'No policy of the role allows it.',
  '… are still active in cluster `<id>`': 'Services or tasks that the stack did not make run in it.',

  // --- Expectations ----------------------------------------------------------------------------------------------------------
  '<has no body> has no body, so it cannot hold `json`': 'Answers to HEAD and with these statuses are empty.',
  'JSON has no number `<expected>`': 'YAML knows `.inf` and `.nan`, JSON does not.',
  'No name for Prometheus is left of `<name>`': 'Prometheus keeps letters, digits and colons of a name.',
  'The attribute `<key>` is there twice': 'A list names it again.',
  'The expectations cannot be read': 'The file is there, and reading it fails.',
  'The field `<name>` is there twice': 'A list names it again.',
  'The file expects nothing': 'All of its lists are empty or absent.',
  'The file has no expectations': 'It is empty, or no mapping.',
  'The file is too large': 'More than anyone writes by hand.',
  'The span `<name>` is there twice': 'Two entries describe the same span.',
  'There are <more> more faults': 'Only the first ones are told.',
  'There are no expectations: nothing says what must be answered and what must arrive':
    'No `telemetry.yaml` is in the workspace, or input `expectations` names none.',
  'There is no place for the files of the run': 'The runner’s temporary folder cannot be written to.',
  'Two metrics come to `…` in Prometheus': 'Name, unit and type of both make the same name there.',
  'Two requests are named `<name>`': 'Names tell requests apart.',
  '`<expected>` stands for no kind of value':
    'Only `<string>`, `<number>`, `<boolean>`, `<array>`, `<object>` and `<any>` do.',
  '`<key>` cannot be proven, because no request leaves a trace':
    'All requests have `traced: false`, or there are none.',
  '`<name>` cannot count `<one>`, which leaves no trace: others may send the same':
    'Without an id of its own a request cannot be told from others’.',
  '`<name>` counts `<one>` twice': '`counts` names it again.',
  '`<name>` counts `<one>`, which is no request': '`counts` takes names of `requests`.',
  '`<name>` has nothing to count, because no request leaves a trace':
    'All requests have `traced: false`, or there are none.',
  '`<name>` is a <type>, which counts no requests': 'Gauges go up and down.',
  '`<name>` names one series of a histogram, not the histogram':
    'Prometheus adds `_count`, `_sum` and `_bucket` by itself.',
  '… is missing': 'A key without which an entry means nothing.',
  '… is not a known key': 'A misspelt key would be looked for by nobody.',
  '… is not accepted': 'A value is of another kind, or none of the choices.',

  // --- Proof ------------------------------------------------------------------------------------------------------------------
  'Before the proof was complete, <message>':
    'The job was cancelled or came to its time limit; what was looked at until then proves nothing.',
  '<asked> does not answer': 'A backend gave no answer within its time.',
  '<what> for log group `<group>`': {
    cause: 'CloudWatch Logs refused one of the log groups.',
    cure: 'What the message says; see whether the group exists and the role may read it.',
  },
  'Input `signals` is not accepted': 'It takes `metrics`, `traces` and `logs`.',
  'Log records are expected, and nothing says where they arrive': 'Input `log-groups` is empty.',
  'Metrics are expected, and nothing says where they arrive': 'Input `metrics-endpoint` is empty.',
  'Missing: <name>': {
    cause: 'Telemetry that is expected has not arrived.',
    cure: 'The finding names the hop that lost it and what to change there.',
  },
  'No request to <target> was answered as expected, so that its telemetry was not waited for':
    'The service answers something else than the expectations say.',
  'No request was answered, so there is no log record to look for': 'The service did not answer at all.',
  'No request was answered, so there is no trace to look for': 'The service did not answer at all.',
  'Nothing answers at <url>': 'The address is wrong, or a firewall or an internal load balancer stands in between.',
  'Prometheus cannot be asked': 'No connection to it can be made.',
  'Prometheus does not answer now': 'It answers with an error of its own.',
  'Prometheus does not let this run query it': 'The role or the credentials may not.',
  'Prometheus refuses a query': 'It says why under “Seen”.',
  'The answer is another one: <name>': {
    cause: 'Status, body or time of an answer differ from what is expected.',
    cure: 'Mend the service, or the expectations.',
  },
  'The answer of Prometheus was broken off': 'The connection ended in the midst of it.',
  'The base URL cannot be used': 'It is no URL of HTTP, or has parts that requests cannot have.',
  'The expectations have no `requests`: without traffic of its own, a run proves nothing':
    'What arrives could be anybody’s.',
  'The workspace does not exist': 'The URL of `metrics-endpoint` names none.',
  'The workspace of `metrics-endpoint` is in another region than the run':
    'Requests would be signed for the wrong region.',
  'There is no telemetry to prove: nothing is expected of the signals that are wanted':
    '`signals` and the expectations have nothing in common.',
  'This account keeps its traces in CloudWatch Logs (Transaction Search), and neither way to read them is open':
    'The role may use neither of the two.',
  'What answers is no Prometheus': 'The address answers with something else.',
  'X-Ray has not brought a retrieval of traces to its end': 'It takes longer than a proof waits.',

  // --- smoke-test --------------------------------------------------------------------------------------------------------------
  '<names> … not ready after … s': 'A container has not become healthy within the time.',
  'Docker does not answer': 'The engine hangs.',
  'No service is called `<name>`, as the expectations say, and several publish a port':
    'It cannot be told which one the requests are for.',
  'No service of the compose project publishes a port to which requests could go': 'No service has `ports`.',
  'The compose file `<index>` cannot be read, at <path>':
    'It is not there, or the job has not checked out the repository.',
  'The compose project <name> cannot be removed': 'Docker refused it.',
  'The compose project has no service that would be started': 'All have profiles, and none is active.',
  'The compose project has volumes of a fixed name, which would be removed with it': 'They may hold data of others.',
  'The compose project has …, but not …': 'It brings part of what telemetry needs.',
  'The container of `<service>` <what>': 'It ended, is unhealthy, or keeps restarting.',
  'There is a compose project `<name>` already, and this run removes its own in the end':
    'An earlier run was kept, or another goes on.',
  '`<service>` is on the network of the machine, where no port is published for it': 'It has `network_mode: host`.',
  '`<service>` runs, but nothing answers at <url>':
    'It listens on another port, or on 127.0.0.1 of its container only.',
  'has ended with exit code <exit code>…': {
    cause: 'The process in the container ended.',
    cure: 'Read its last words below the message.',
  },
  'is being removed': { cause: 'Somebody removes the container.', cure: 'Run again.' },
  'is paused': { cause: 'Somebody paused the container.', cure: 'Run again.' },
  'is unhealthy': { cause: 'Its health check fails.', cure: 'Look at its log and at the health check.' },
  'keeps ending and starting again, <count> times so far': {
    cause: 'It crashes, and `restart` starts it again.',
    cure: 'Read its last words below the message.',
  },
  'keeps ending and starting again, last with exit code <exit code>': {
    cause: 'It crashes, and `restart` starts it again.',
    cure: 'Read its last words below the message.',
  },
};
