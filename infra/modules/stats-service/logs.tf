locals {
  # AWS would create all but the first two log groups itself, without the encryption key and without expiry.
  log_groups = {
    tasks    = "/${local.name}/tasks"
    flows    = "/${local.name}/flows"
    insights = "/aws/ecs/containerinsights/${local.name}/performance"
    database = "/aws/rds/instance/${local.name}/postgresql"
    upgrades = "/aws/rds/instance/${local.name}/upgrade"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
}

resource "aws_flow_log" "this" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.this["flows"].arn
  iam_role_arn    = aws_iam_role.flow_logs.arn
  tags            = { Name = local.name }
}
