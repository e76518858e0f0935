mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  database_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/99999999-2222-3333-4444-555555555555"
  environment          = "test"
  region               = "eu-central-1"
  image_tag            = "1.0.0"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "defaults" {
  assert {
    condition = alltrue(flatten([for policy in [
      aws_iam_role_policy.execution, aws_iam_role_policy.flow_logs, aws_iam_role_policy.replace_tasks, aws_iam_role_policy.start_replacement,
      ] : [for statement in jsondecode(policy.policy).Statement :
      !contains(flatten([statement.Resource]), "*") || flatten([statement.Action]) == ["ecr:GetAuthorizationToken"]
    ]]))
    error_message = "No permission may be for all resources, except ecr:GetAuthorizationToken."
  }

  assert {
    condition = alltrue(flatten([for policy in [
      aws_iam_role_policy.execution, aws_iam_role_policy.flow_logs, aws_iam_role_policy.replace_tasks, aws_iam_role_policy.start_replacement,
      ] : [for statement in jsondecode(policy.policy).Statement : [for action in flatten([statement.Action]) : !strcontains(action, "*")]
    ]]))
    error_message = "Actions must not contain wildcards."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => flatten([statement.Resource])
      } == {
      RegistryLogin    = ["*"]
      Image            = [aws_ecr_repository.this.arn]
      GuardDutyAgent   = ["arn:aws:ecr:eu-central-1:*:repository/aws-guardduty-agent-fargate"]
      Logs             = ["${aws_cloudwatch_log_group.this["tasks"].arn}:*"]
      Settings         = [for name in ["STATS_DATABASE_URL", "STATS_LOG_LEVEL", "STATS_PORT"] : aws_ssm_parameter.settings[name].arn]
      DatabasePassword = [aws_db_instance.this.master_user_secret[0].secret_arn]
      Key              = [aws_kms_key.this.arn]
    }
    error_message = "The execution role must have permissions on the resources that it uses, and on no others."
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action])) == toset([
      "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
      "logs:CreateLogStream", "logs:PutLogEvents", "ssm:GetParameters", "secretsmanager:GetSecretValue", "kms:Decrypt",
    ])
    error_message = "The execution role must only read, and write the log."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_role_policy.start_replacement.policy).Statement :
    statement.Action != "iam:PassRole" || try(statement.Condition.StringEquals["iam:PassedToService"], "") == "ssm.amazonaws.com"])
    error_message = "The role must be passed to the runbook only."
  }

  assert {
    condition     = length(aws_iam_role_policies_exclusive.task.policy_names) + length(aws_iam_role_policy_attachments_exclusive.task.policy_arns) == 0
    error_message = "The task role must have no permissions."
  }

  assert {
    condition     = aws_iam_role_policies_exclusive.task.role_name == "stats-service-test-task" && aws_iam_role_policy_attachments_exclusive.task.role_name == "stats-service-test-task"
    error_message = "The exclusive policies must be those of the task role."
  }

  assert {
    condition = alltrue([for role in [
      aws_iam_role.execution, aws_iam_role.task, aws_iam_role.flow_logs, aws_iam_role.replace_tasks, aws_iam_role.start_replacement,
      ] : jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012" &&
      strcontains(jsondecode(role.assume_role_policy).Statement[0].Condition.ArnLike["aws:SourceArn"], ":eu-central-1:123456789012:")
    ])
    error_message = "Services may assume the roles only on behalf of this account and region."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_kms_key.this.policy).Statement :
      statement.Principal == { AWS = "arn:aws:iam::123456789012:root" } || strcontains(jsonencode(try(statement.Condition, "")), "123456789012")
    ])
    error_message = "The key must serve this account only."
  }
}
