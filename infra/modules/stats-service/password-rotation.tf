# Tasks read the password when they start, so a rotation must replace them. RDS changes the password, Secrets
# Manager emits an event (through CloudTrail, so the account needs a trail), and a runbook starts a rolling
# deployment.

resource "aws_secretsmanager_secret_rotation" "database" {
  secret_id          = local.database_secret_arn
  rotate_immediately = false

  rotation_rules {
    schedule_expression = var.database_password_rotation
    duration            = "1h"
  }
}

resource "aws_ssm_document" "replace_tasks" {
  name            = "${local.name}-replace-tasks"
  document_type   = "Automation"
  document_format = "JSON"

  content = jsonencode({
    schemaVersion = "0.3"
    description   = "Replaces the tasks of ${local.name}, so that they read the new database password."
    assumeRole    = aws_iam_role.replace_tasks.arn
    mainSteps = [{
      name   = "replaceTasks"
      action = "aws:executeAwsApi"
      inputs = {
        Service            = "ecs"
        Api                = "UpdateService"
        cluster            = aws_ecs_cluster.this.name
        service            = aws_ecs_service.this.name
        forceNewDeployment = true
      }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "password_rotated" {
  name = "${local.name}-password-rotated"

  event_pattern = jsonencode({
    source      = ["aws.secretsmanager"]
    detail-type = ["AWS Service Event via CloudTrail"]
    detail = {
      eventName           = ["RotationSucceeded"]
      additionalEventData = { SecretId = [local.database_secret_arn] }
    }
  })
}

resource "aws_cloudwatch_event_target" "replace_tasks" {
  rule     = aws_cloudwatch_event_rule.password_rotated.name
  arn      = "${local.replace_tasks_arn}:$DEFAULT"
  role_arn = aws_iam_role.start_replacement.arn
}

locals {
  replace_tasks_arn = "arn:${local.partition}:ssm:${var.region}:${local.account_id}:automation-definition/${local.name}-replace-tasks"
}

resource "aws_iam_role" "replace_tasks" {
  name = "${local.name}-replace-tasks"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ssm.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ssm:${var.region}:${local.account_id}:automation-execution/*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "replace_tasks" {
  name = "replace-tasks"
  role = aws_iam_role.replace_tasks.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ecs:UpdateService"
      Resource = aws_ecs_service.this.id
    }]
  })
}

resource "aws_iam_role" "start_replacement" {
  name = "${local.name}-start-replacement"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = aws_cloudwatch_event_rule.password_rotated.arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "start_replacement" {
  name = "start-replacement"
  role = aws_iam_role.start_replacement.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "ssm:StartAutomationExecution"
        Resource = "${local.replace_tasks_arn}:$DEFAULT"
      },
      {
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = aws_iam_role.replace_tasks.arn
        Condition = { StringEquals = { "iam:PassedToService" = "ssm.amazonaws.com" } }
      },
    ]
  })
}
