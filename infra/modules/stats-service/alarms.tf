resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = aws_kms_key.this.arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

locals {
  of_load_balancer = { LoadBalancer = aws_lb.this.arn_suffix }
  of_targets       = { LoadBalancer = aws_lb.this.arn_suffix, TargetGroup = aws_lb_target_group.service.arn_suffix }
  of_database      = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  of_service       = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.this.name }

  alarms = {
    load-balancer-5xx = {
      description = "The load balancer returns 5xx itself: it cannot reach a task."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.of_load_balancer
      statistic   = "Sum", comparison = "GreaterThanThreshold", threshold = 5, periods = 3, missing = "notBreaching"
    }
    target-5xx = {
      description = "The service returns 5xx, for example while the database is unavailable. Its log has the reason."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.of_targets
      statistic   = "Sum", comparison = "GreaterThanThreshold", threshold = 10, periods = 3, missing = "notBreaching"
    }
    unhealthy-hosts = {
      description = "Tasks do not respond, and ECS replaces them."
      namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount", dimensions = local.of_targets
      statistic   = "Maximum", comparison = "GreaterThanThreshold", threshold = 0, periods = 5, missing = "notBreaching"
    }
    latency-p99 = {
      description = "One request in a hundred takes longer than a second."
      namespace   = "AWS/ApplicationELB", metric = "TargetResponseTime", dimensions = local.of_targets
      statistic   = "p99", comparison = "GreaterThanThreshold", threshold = 1, periods = 5, missing = "notBreaching"
    }
    database-cpu = {
      description = "The CPU utilization of the database is high."
      namespace   = "AWS/RDS", metric = "CPUUtilization", dimensions = local.of_database
      statistic   = "Average", comparison = "GreaterThanThreshold", threshold = 80, periods = 10, missing = "breaching"
    }
    database-storage = {
      description = "Less than 10 % of the initial storage of the database is free, and it no longer grows automatically."
      namespace   = "AWS/RDS", metric = "FreeStorageSpace", dimensions = local.of_database
      statistic   = "Minimum", comparison = "LessThanThreshold", threshold = var.database_storage_gb * 1024 * 1024 * 1024 / 10
      periods     = 5, missing = "breaching"
    }
    # Twice as many tasks run during a rollout.
    database-connections = {
      description = "The database has more connections than all tasks can open: another program uses it."
      namespace   = "AWS/RDS", metric = "DatabaseConnections", dimensions = local.of_database
      statistic   = "Maximum", comparison = "GreaterThanThreshold", threshold = 2 * var.max_tasks * local.connections_per_task
      periods     = 5, missing = "breaching"
    }
    running-tasks = {
      description = "Fewer tasks run than min_tasks."
      namespace   = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.of_service
      statistic   = "Minimum", comparison = "LessThanThreshold", threshold = var.min_tasks, periods = 5, missing = "breaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
