mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  database_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  environment          = "staging"
  region               = "eu-central-1"
  image_tag            = "1.0.0"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "defaults" {
  assert {
    condition = alltrue([for name in concat(
      [for group in aws_cloudwatch_log_group.this : group.name],
      [for parameter in aws_ssm_parameter.settings : parameter.name],
      [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name],
      [
        aws_appautoscaling_policy.cpu.name,
        aws_appautoscaling_policy.requests.name,
        aws_cloudwatch_event_rule.password_rotated.name,
        aws_db_instance.this.final_snapshot_identifier,
        aws_db_instance.this.identifier,
        aws_db_parameter_group.this.name_prefix,
        aws_db_subnet_group.this.name,
        aws_ecr_repository.this.name,
        aws_ecs_cluster.this.name,
        aws_ecs_service.this.name,
        aws_ecs_task_definition.migration.family,
        aws_ecs_task_definition.service.family,
        aws_iam_role.execution.name,
        aws_iam_role.flow_logs.name,
        aws_iam_role.replace_tasks.name,
        aws_iam_role.start_replacement.name,
        aws_iam_role.task.name,
        aws_kms_alias.this.name,
        aws_lb.this.name,
        aws_lb_target_group.service.name,
        aws_s3_bucket.load_balancer_logs.bucket,
        aws_security_group.database.name,
        aws_security_group.endpoints.name,
        aws_security_group.load_balancer.name,
        aws_security_group.tasks.name,
        aws_sns_topic.alarms.name,
        aws_ssm_document.replace_tasks.name,
        aws_vpc.this.tags.Name,
    ]) : strcontains(name, "stats-service-staging")])
    error_message = "Two environments in one account must not share a name."
  }

  assert {
    condition = toset([
      aws_ecr_repository.this.name, aws_ecs_cluster.this.name, aws_ecs_service.this.name, aws_ecs_task_definition.service.family,
    ]) == toset(["stats-service-staging"]) && aws_ecs_task_definition.migration.family == "stats-service-staging-migrate"
    error_message = "The names must be those that infra/deploy.ts derives."
  }

  assert {
    condition = alltrue([for definition in [aws_ecs_task_definition.service, aws_ecs_task_definition.migration] :
    [for container in jsondecode(definition.container_definitions) : container.name] == ["stats-service"]])
    error_message = "The task must have exactly one container, with the name that infra/deploy.ts expects."
  }
}

run "the_longest_name_fits" {
  variables {
    environment = "a234567890123456"
  }

  assert {
    condition     = length(aws_lb.this.name) <= 32 && length(aws_s3_bucket.load_balancer_logs.bucket) <= 63
    error_message = "The longest names must not exceed the limits of AWS."
  }
}
